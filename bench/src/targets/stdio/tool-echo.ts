import type { EchoClient } from '../../load/echo-client.js';

/** How the bench's tool clients introduce themselves. */
export const toolClientInfo = { name: 'bench', version: '1.0.0' } as const;

/** The part of the SDK's Client, the same in both majors, that calls a tool. */
interface ToolClient {
  callTool(params: { name: string; arguments: Record<string, unknown> }): Promise<object>;
  close(): Promise<void>;
  onclose?: (() => void) | undefined;
  onerror?: ((error: Error) => void) | undefined;
}

/** Drives a connected client of the SDK: what the user awaits is what is measured. */
export function toToolEcho(client: ToolClient): EchoClient {
  const echo: EchoClient = {
    send: async ({ id, params }) => {
      const result = (await client.callTool({ name: 'echo', arguments: params })) as { content: [{ text: string }] };
      echo.onmessage({ id, result: result.content[0] });
    },
    onmessage: () => {},
    onfault: () => {},
    close: () => {
      echo.onfault = () => {};
      return client.close();
    },
  };
  client.onclose = () => echo.onfault(new Error('the server ended the connection'));
  client.onerror = (error) => echo.onfault(error);
  return echo;
}
