import type { Scene } from '../scene.js';
import { httpScenes } from './http.js';
import { messageScenes } from './messages.js';
import { PLAIN, REFUSAL } from './plain.js';
import { stdioScenes } from './stdio.js';

export { PLAIN, REFUSAL };

/** Every scene that a client is put into; `plain` first. */
export const scenes: readonly Scene[] = [PLAIN, REFUSAL, ...messageScenes, ...stdioScenes, ...httpScenes];
