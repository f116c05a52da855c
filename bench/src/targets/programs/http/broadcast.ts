type Send = (message: object) => unknown;

const members = new Set<Send>();

/** Has a session, or its open stream, told of each broadcast, until the returned function is called. */
export function joinBroadcasts(send: Send): () => void {
  members.add(send);
  return () => void members.delete(send);
}

/** Sends a text to all of them, and says how many they are. Whether each is reached is for the readers to say. */
export function broadcast(data: string): number {
  const message = { jsonrpc: '2.0', method: 'notifications/message', params: { level: 'info', data } };
  for (const send of members) {
    // A reader that has gone has nobody to send to, and a session without a stream nowhere.
    Promise.resolve(send(message)).catch(() => {});
  }
  return members.size;
}
