import { type Tool, textResult } from './tool.js';

const MAX_BYTES = 1024 * 1024;

/** Fetches a page of text from where the server is allowed to. */
export const fetchPage: Tool<{ url: string; maxBytes: number }> = {
  name: 'fetch',
  title: 'Fetch a page',
  description: 'Gives back the text behind an http or https URL, if the server is allowed to reach it.',
  inputSchema: {
    type: 'object',
    properties: {
      url: { type: 'string', description: 'The URL.' },
      maxBytes: { type: 'integer', description: 'The longest page to take, in bytes.', minimum: 1, maximum: MAX_BYTES, default: MAX_BYTES },
    },
    required: ['url'],
    additionalProperties: false,
  },
  annotations: { readOnlyHint: true, openWorldHint: true },
  async run({ url, maxBytes }, call) {
    await call.log('info', `fetching ${url}`);
    // Loaded at its first use: an HTTP client is most of what this server would have to load otherwise.
    const { fetchText } = await import('../fetch/page.js');
    const { allowFetch, lookup } = call.session.settings;
    return textResult(await fetchText(url, { maxBytes, allowList: allowFetch, lookup, signal: call.signal }));
  },
};
