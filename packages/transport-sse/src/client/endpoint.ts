import { quote } from '@mcpwire/http/client/transport-parts';
import { TransportError } from '@mcpwire/jsonrpc';

/** No URL that a server means seriously is longer. */
const MAX_ENDPOINT_CHARACTERS = 8_192;

/**
 * What the `endpoint` event names: a path, a relative reference or an absolute URL, of the origin that sent it.
 *
 * @param data the event's data
 * @param streamUrl what it is relative to: the URL of the stream, after redirects
 * @throws TransportError `bad-endpoint`
 */
export function parseEndpoint(data: string, streamUrl: URL): URL {
  const bad = (why: string): TransportError =>
    new TransportError('bad-endpoint', `The endpoint event of ${streamUrl.href} ${why}: ${quote(data)}`, {
      details: { endpoint: data.slice(0, 200) },
    });
  if (data === '' || data.length > MAX_ENDPOINT_CHARACTERS || !URL.canParse(data, streamUrl.href)) throw bad('names no URL');
  const endpoint = new URL(data, streamUrl);
  // Else a server, or whoever writes into its stream, could have the client post its messages, and its token, anywhere.
  if (endpoint.origin !== streamUrl.origin) throw bad('names a URL of another origin');
  endpoint.username = '';
  endpoint.password = '';
  endpoint.hash = '';
  return endpoint;
}
