import type { JsonRpcMessage } from './message.js';
import type { MessageContext, SendOptions, Transport } from './transport.js';

/** What a tap calls. Observers must not change the messages. One that throws makes the send reject, or the delivery throw. */
export interface TapObserver {
  /** A message is about to be sent. */
  onsend?: ((message: JsonRpcMessage, options?: SendOptions) => void) | undefined;
  /** A message has arrived and is about to be handed to `onmessage`. */
  onreceive?: ((message: JsonRpcMessage, context?: MessageContext) => void) | undefined;
}

type OnMessage = NonNullable<Transport['onmessage']>;

/**
 * Observes both directions of any transport, ours or another's, in place: the object stays the same one, so whatever else it offers
 * goes on working. Costs one extra call a message.
 *
 * @returns a function that removes the tap. Taps may be removed in any order.
 */
export function tap(transport: Transport, observer: TapObserver): () => void {
  const ownOnMessage = Object.getOwnPropertyDescriptor(transport, 'onmessage');
  const ownSend = Object.getOwnPropertyDescriptor(transport, 'send');
  const accessor = findAccessor(transport, 'onmessage');
  const send = transport.send;
  /** The handler behind each function that was given out in its place. */
  const originals = new WeakMap<OnMessage, OnMessage>();
  let active = true;
  let observing: JsonRpcMessage | undefined;

  function observe(handler: OnMessage): OnMessage {
    const observed: OnMessage = (message, context) => {
      const outer = observing;
      // A handler may call the one it replaced, which is observed as well: a message is observed once all the same.
      if (active && outer !== message) observer.onreceive?.(message, context);
      observing = message;
      try {
        handler(message, context);
      } finally {
        observing = outer;
      }
    };
    originals.set(observed, handler);
    return observed;
  }

  let handler: OnMessage | undefined;
  let observed: OnMessage | undefined;
  function set(next: OnMessage | undefined): void {
    handler = next && (originals.get(next) ?? next);
    observed = handler && observe(handler);
    accessor?.set?.call(transport, observed);
  }
  set(transport.onmessage);

  const onmessage: PropertyDescriptor = {
    configurable: true,
    enumerable: true,
    get: () => {
      // Over another tap: what that one gives out, with this one's inside.
      if (ownOnMessage?.get) return ownOnMessage.get.call(transport);
      // A transport with a plain property reads its handler here too, so it must find the observed one.
      return accessor ? handler : observed;
    },
    set,
  };
  Object.defineProperty(transport, 'onmessage', onmessage);
  const observedSend: Transport['send'] = (message, options) => {
    try {
      if (active) observer.onsend?.(message, options);
    } catch (thrown) {
      return Promise.reject(thrown);
    }
    return send.call(transport, message, options);
  };
  transport.send = observedSend;

  return () => {
    if (!active) return;
    active = false;
    // What lies over this tap by now (another tap, a replaced method) is not ours to remove; beneath it this one only passes on.
    if (transport.send === observedSend) restore(transport, 'send', ownSend);
    if (Object.getOwnPropertyDescriptor(transport, 'onmessage')?.get === onmessage.get) {
      restore(transport, 'onmessage', ownOnMessage);
      transport.onmessage = handler;
    }
  };
}

function restore(transport: Transport, name: 'send' | 'onmessage', own: PropertyDescriptor | undefined): void {
  if (own) Object.defineProperty(transport, name, own);
  else delete (transport as Partial<Transport>)[name];
}

function findAccessor(object: object, name: string): PropertyDescriptor | undefined {
  for (let at: object | null = object; at; at = Object.getPrototypeOf(at)) {
    const descriptor = Object.getOwnPropertyDescriptor(at, name);
    if (descriptor) return descriptor.set ? descriptor : undefined;
  }
  return undefined;
}
