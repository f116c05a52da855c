import http from 'node:http';

const LOOPBACK = /^https?:\/\/(?:localhost|127\.0\.0\.1|\[::1\])(?::\d+)?$/;
const META = 'io.modelcontextprotocol/';
/** The member of params that Mcp-Name repeats. */
const NAMES = { 'tools/call': 'name', 'resources/read': 'uri', 'prompts/get': 'name' };
const STATUS = { [-32601]: 404, [-32020]: 400, [-32021]: 400, [-32022]: 400 };

/**
 * Streamable HTTP over node:http, written from the specification of 2026-07-28 alone, without earlier revisions: `/mcp` takes POSTs, each of which
 * is served by a server of its own. `faults/modern-http.js` breaks it.
 */
export class ModernWire {
  #http = http.createServer((request, response) => this.handle(request, response));
  /** Servers of requests that are not done. */
  open = new Set();

  /** @param {(send: (message: unknown) => void) => any} connect makes the server of one request */
  constructor(connect) {
    this.connect = connect;
  }

  /** @returns {Promise<string>} the address of the endpoint */
  async start(port = 0, host = '127.0.0.1') {
    await new Promise((resolve) => this.#http.listen(port, host, resolve));
    return `http://127.0.0.1:${this.#http.address().port}/mcp`;
  }

  async close() {
    for (const server of this.open) server.stop();
    this.#http.closeAllConnections();
    await new Promise((resolve) => this.#http.close(resolve));
  }

  async handle(request, response) {
    const { pathname } = new URL(request.url, 'http://localhost');
    if (pathname !== '/mcp') return this.refuse(response, 404);
    if (!this.originIsRight(request)) return this.refuse(response, 403);
    if (request.method !== 'POST') return this.otherMethod(request, response);
    if (!this.isJson(request)) return this.refuse(response, 415);
    const parts = [];
    for await (const part of request) parts.push(part);
    this.receive(request, response, Buffer.concat(parts).toString('utf8'));
  }

  originIsRight({ headers: { origin } }) {
    return origin === undefined || LOOPBACK.test(origin);
  }

  isJson({ headers }) {
    return /^application\/json\s*(?:;|$)/i.test(headers['content-type'] ?? '');
  }

  otherMethod(_request, response) {
    response.setHeader('allow', 'POST');
    this.refuse(response, 405);
  }

  refuse(response, status, message) {
    if (!message) return response.writeHead(status, { 'content-type': 'text/plain' }).end(`${http.STATUS_CODES[status]}\n`);
    this.json(response, status, message);
  }

  json(response, status, message) {
    response.writeHead(status, this.jsonHeaders()).end(JSON.stringify(message));
  }

  jsonHeaders() {
    return { 'content-type': 'application/json' };
  }

  streamHeaders() {
    return { 'content-type': 'text/event-stream', 'cache-control': 'no-store', 'x-accel-buffering': 'no' };
  }

  error(id, code, message, data) {
    return { jsonrpc: '2.0', ...(id !== undefined && { id }), error: { code, message, ...(data && { data }) } };
  }

  receive(request, response, text) {
    let value;
    try {
      value = JSON.parse(text);
    } catch {
      return this.notJson(response);
    }
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    if (Array.isArray(value)) return this.batch(request, response, value);
    const idIsRight = isObject && (value.id === undefined || typeof value.id === 'string' || Number.isInteger(value.id));
    if (!isObject || !idIsRight || value.jsonrpc !== '2.0') return this.notMessage(request, response, value);
    if (typeof value.method !== 'string')
      return 'result' in value || 'error' in value ? this.response(response) : this.notMessage(request, response, value);
    if (value.id === undefined) return this.notification(response, value);
    this.request(request, response, value);
  }

  notJson(response) {
    this.refuse(response, 400, this.error(undefined, -32700, 'Parse error'));
  }

  notMessage(_request, response) {
    this.refuse(response, 400, this.error(undefined, -32600, 'Invalid request'));
  }

  batch(_request, response) {
    this.refuse(response, 400, this.error(undefined, -32600, 'One message at a time'));
  }

  response(response) {
    this.refuse(response, 400, this.error(undefined, -32600, 'No responses'));
  }

  notification(response) {
    response.writeHead(202).end();
  }

  request({ headers }, response, message) {
    // Who says this has no such headers, and is told the versions.
    if (message.method === 'initialize' && headers['mcp-protocol-version'] === undefined) return this.serve(response, message);
    const problem = this.headerProblem(message, headers);
    if (problem) return this.refuseHeaders(response, message, problem);
    this.serve(response, message);
  }

  refuseHeaders(response, { id }, problem) {
    this.refuse(response, 400, this.error(id, -32020, problem));
  }

  /** What is wrong with the headers; undefined if nothing is. */
  headerProblem(message, headers) {
    return (
      this.versionProblem(message, headers) ??
      this.methodProblem(message, headers) ??
      this.nameProblem(message, headers) ??
      this.paramProblem(message, headers)
    );
  }

  versionProblem({ params }, headers) {
    const value = headers['mcp-protocol-version'];
    if (value === undefined) return 'MCP-Protocol-Version is missing';
    const version = params?._meta?.[`${META}protocolVersion`];
    return version !== undefined && this.plain(value) !== version ? 'MCP-Protocol-Version differs from the body' : undefined;
  }

  methodProblem({ method }, headers) {
    const value = headers['mcp-method'];
    if (value === undefined) return 'Mcp-Method is missing';
    return this.plain(value) === method ? undefined : 'Mcp-Method differs from the body';
  }

  nameProblem({ method, params }, headers) {
    const member = NAMES[method];
    if (!member || typeof params?.[member] !== 'string') return undefined;
    const value = headers['mcp-name'];
    if (value === undefined) return 'Mcp-Name is missing';
    return this.decode(value) === params[member] ? undefined : 'Mcp-Name differs from the body';
  }

  paramProblem({ method, params }, headers) {
    if (method !== 'tools/call') return undefined;
    const tool = this.tools.find(({ name }) => name === params?.name);
    for (const [property, schema] of Object.entries(tool?.inputSchema.properties ?? {})) {
      if (!schema['x-mcp-header']) continue;
      const problem = this.oneParamProblem(params.arguments?.[property], headers[`mcp-param-${schema['x-mcp-header'].toLowerCase()}`]);
      if (problem) return `Mcp-Param-${schema['x-mcp-header']} ${problem}`;
    }
    return undefined;
  }

  oneParamProblem(argument, value) {
    if (argument === undefined || argument === null) return value === undefined ? undefined : 'has no argument';
    if (value === undefined) return 'is missing';
    const text = this.decode(value);
    if (text === undefined) return 'is no header value';
    return this.isSame(text, argument) ? undefined : 'differs from the body';
  }

  isSame(text, argument) {
    return typeof argument === 'number' ? /^-?\d+(?:\.0+)?$/.test(text) && Number(text) === argument : text === String(argument);
  }

  /** The value, if all of its characters are allowed. */
  plain(value) {
    return /^[\t\x20-\x7e]*$/.test(value) ? value : undefined;
  }

  decode(value) {
    const inner = /^=\?base64\?(.*)\?=$/.exec(value)?.[1];
    if (inner === undefined) return this.plain(value);
    return /^[A-Za-z0-9+/]*={0,2}$/.test(inner) ? Buffer.from(inner, 'base64').toString('utf8') : undefined;
  }

  serve(response, message) {
    const server = this.connect((out) => this.say(response, message, out));
    this.open.add(server);
    response.on('close', () => this.left(server, message));
    server.receiveOne(message, (answer) => this.answer(response, message, answer));
  }

  /** The client, or the answer, has left. */
  left(server, { id }) {
    this.open.delete(server);
    server.cancel(id);
  }

  /** A message that goes before the answer: makes a stream of the response. */
  say(response, _message, out) {
    if (!response.headersSent) response.writeHead(200, this.streamHeaders());
    this.event(response, out);
    // The end of a subscription is its answer.
    if ('result' in out) this.endStream(response);
  }

  event(response, out) {
    if (!response.writableEnded && !response.destroyed) response.write(`event: message\ndata: ${JSON.stringify(out)}\n\n`);
  }

  answer(response, message, answer) {
    if (response.headersSent) {
      this.event(response, answer);
      this.endStream(response);
    } else this.json(response, this.statusOf(answer, message), answer);
  }

  statusOf({ error }, { params } = {}) {
    if (error?.code === -32602 && params?._meta?.[`${META}clientCapabilities`] === undefined) return 400;
    return error ? (STATUS[error.code] ?? 200) : 200;
  }

  endStream(response) {
    response.end();
  }

  /** With parameters that are repeated in headers. */
  tools = [
    {
      name: 'echo',
      inputSchema: {
        type: 'object',
        properties: {
          text: { type: 'string', 'x-mcp-header': 'Text' },
          times: { type: 'integer', 'x-mcp-header': 'Times' },
          loud: { type: 'boolean', 'x-mcp-header': 'Loud' },
        },
      },
    },
    { name: 'slow', inputSchema: { type: 'object', properties: { ms: { type: 'integer' }, note: { type: 'string' } } } },
  ];
}
