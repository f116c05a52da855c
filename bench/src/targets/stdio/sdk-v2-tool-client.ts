import type { Client } from '@modelcontextprotocol/client';
import type { EchoClient } from '../../load/echo-client.js';
import { toolClientInfo, toToolEcho } from './tool-echo.js';

/** A client of SDK v2 over any transport; a request of the load generator becomes a call of the server's `echo` tool. */
export async function createSdkV2ToolClient(transport: Parameters<Client['connect']>[0]): Promise<EchoClient> {
  const { Client } = await import('@modelcontextprotocol/client');
  const client = new Client(toolClientInfo);
  await client.connect(transport);
  return toToolEcho(client);
}
