import type { JsonRpcMessage } from './message.js';
import type { MessageContext, SendOptions, Transport } from './transport.js';

/** What a tap calls. Observers must not change the messages. An observer that throws makes the send or delivery throw. */
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
 * @returns a function that removes the tap.
 */
export function tap(transport: Transport, observer: TapObserver): () => void {
  const own = Object.getOwnPropertyDescriptor(transport, 'onmessage');
  const ownSend = Object.getOwnPropertyDescriptor(transport, 'send');
  const accessor = findAccessor(transport, 'onmessage');
  const send = transport.send;

  let handler = transport.onmessage;
  let observing: JsonRpcMessage | undefined;
  const observed: OnMessage = (message, context) => {
    // A handler may chain the one it replaced, which may be this one: a message is observed once all the same.
    if (observing !== message) {
      observing = message;
      observer.onreceive?.(message, context);
    }
    try {
      handler?.(message, context);
    } finally {
      observing = undefined;
    }
  };
  const install = (): void => accessor?.set?.call(transport, handler && observed);

  install();
  Object.defineProperty(transport, 'onmessage', {
    configurable: true,
    enumerable: true,
    // A transport with a plain property reads its handler here too, so it must find the observed one.
    get: () => (accessor ? handler : handler && observed),
    set: (next: OnMessage | undefined) => {
      handler = next;
      install();
    },
  });
  transport.send = (message, options) => {
    observer.onsend?.(message, options);
    return send.call(transport, message, options);
  };

  return () => {
    if (ownSend) Object.defineProperty(transport, 'send', ownSend);
    else delete (transport as Partial<Transport>).send;
    if (own) Object.defineProperty(transport, 'onmessage', own);
    else delete transport.onmessage;
    transport.onmessage = handler;
  };
}

function findAccessor(object: object, name: string): PropertyDescriptor | undefined {
  for (let at: object | null = object; at; at = Object.getPrototypeOf(at)) {
    const descriptor = Object.getOwnPropertyDescriptor(at, name);
    if (descriptor) return descriptor.set ? descriptor : undefined;
  }
  return undefined;
}
