/**
 * The WHATWG algorithm, word for word and slowly: https://html.spec.whatwg.org/multipage/server-sent-events.html, sections 9.2.5
 * "Parsing an event stream" and 9.2.6 "Interpreting an event stream". It takes the whole stream at once.
 */

export interface Dispatched {
  type: string;
  data: string;
  lastEventId: string;
}

export interface Interpretation {
  events: Dispatched[];
  comments: string[];
  retries: number[];
  lastEventId: string;
}

export function interpret(stream: Uint8Array): Interpretation {
  // "Streams must be decoded using the UTF-8 decode algorithm", which drops one leading byte order mark.
  const text = new TextDecoder('utf-8').decode(stream);
  const lines = text.split(/\r\n|\n|\r/);
  // What follows the last line end is no line yet, and the end of the file discards it.
  lines.pop();

  const result: Interpretation = { events: [], comments: [], retries: [], lastEventId: '' };
  let data = '';
  let eventType = '';
  let lastEventIdBuffer = '';

  const processField = (field: string, value: string): void => {
    if (field === 'event') eventType = value;
    else if (field === 'data') data += `${value}\n`;
    else if (field === 'id') {
      if (!value.includes('\0')) lastEventIdBuffer = value;
    } else if (field === 'retry') {
      if (/^[0-9]+$/.test(value)) result.retries.push(Number(value));
    }
  };

  const dispatch = (): void => {
    result.lastEventId = lastEventIdBuffer;
    if (data === '') {
      eventType = '';
      return;
    }
    if (data.endsWith('\n')) data = data.slice(0, -1);
    result.events.push({ type: eventType === '' ? 'message' : eventType, data, lastEventId: result.lastEventId });
    data = '';
    eventType = '';
  };

  for (const line of lines) {
    const colon = line.indexOf(':');
    if (line === '') dispatch();
    else if (colon === 0) result.comments.push(withoutLeadingSpace(line.slice(1)));
    else if (colon > 0) processField(line.slice(0, colon), withoutLeadingSpace(line.slice(colon + 1)));
    else processField(line, '');
  }
  return result;
}

function withoutLeadingSpace(value: string): string {
  return value.startsWith(' ') ? value.slice(1) : value;
}
