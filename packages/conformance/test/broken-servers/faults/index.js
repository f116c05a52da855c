import { errors } from './errors.js';
import { legacy } from './legacy.js';
import { messages } from './messages.js';
import { modern } from './modern.js';
import { stdio } from './stdio.js';
import { subscriptions } from './subscriptions.js';
import { tools } from './tools.js';

/**
 * Faults by name. Each breaks the correct server in one way.
 *
 * - `is`: what such a server does, as the end of "a server that …".
 * - `caughtBy`: the checks that find this out.
 * - `neighbours`: checks that cannot but notice it too, and why, in a few words.
 * - `revision`: where it shows; the newest of those that have it.
 * - `modernOnly`: the server has no legacy revisions.
 * - `isAskedForAll`: it takes asking for every revision to see it.
 * - `apply({ server, wire })`: breaks them.
 *
 * @type {Record<string, { is: string, caughtBy: string[], neighbours?: Record<string, string>, revision: string, modernOnly?: boolean, isAskedForAll?: boolean, apply(broken: { server: any, wire: any }): void }>}
 */
export const faults = { ...legacy, ...modern, ...messages, ...errors, ...subscriptions, ...tools, ...stdio };
