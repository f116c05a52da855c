import type { Revision } from '@mcpwire/protocol';
import type { JsonObject } from '../inbox.js';
import { answerRightly } from './answers.js';
import { type Channel, createExchange } from './exchange.js';
import { isRequest, type Observation } from './observation.js';
import type { Handlers, Scene } from './scene.js';

/** How long the handshake's answer takes, so that a client that does not wait for it shows. */
const HANDSHAKE_MS = 60;

/** The server that a client under test talks to: right in everything, but for what its scene wants otherwise. Knows no transport. */
export class RawServer {
  readonly observation: Observation;
  readonly scene: Scene;
  readonly revision: Revision;
  readonly handlers: Handlers;

  constructor(scene: Scene, observation: Observation) {
    this.scene = scene;
    this.observation = observation;
    this.revision = observation.revision;
    this.handlers = scene.create?.() ?? {};
  }

  /** Answers a request; whatever else it is needs no answer. */
  take(message: JsonObject, channel: Channel): void {
    if (!isRequest(message)) return;
    const exchange = createExchange(message, this.revision, channel, answerRightly);
    const serve = (): void => {
      if (!this.handlers.request?.(exchange)) exchange.answer();
    };
    if (message.method === 'initialize') setTimeout(serve, HANDSHAKE_MS);
    else serve();
  }
}
