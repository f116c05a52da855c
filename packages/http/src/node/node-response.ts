import type { ServerResponse } from 'node:http';
import type { Http2ServerResponse } from 'node:http2';
import { Http2ErrorCode } from './http2-error-code.js';

/** What `node:http` or `node:http2` hands to a listener to answer with. */
export type NodeResponse = ServerResponse | Http2ServerResponse;

/** Cuts a response off, so that its reader sees that it is not whole. */
export function abortResponse(res: NodeResponse): void {
  // Any other code than an error's would look like an end.
  if (isHttp2(res)) res.stream.close(Http2ErrorCode.INTERNAL_ERROR);
  else res.destroy();
}

/** Whether a response that is over did not get to its end. */
export function wasAborted(res: NodeResponse): boolean {
  if (!res.writableFinished) return true;
  if (!isHttp2(res)) return false;
  // A stream that is reset counts as finished, because Node ends it then.
  const { stream } = res;
  return stream.aborted || stream.rstCode !== Http2ErrorCode.NO_ERROR;
}

/**
 * Node joins the head of many small pieces, each an object, and keeps it for as long as the response. To ask for its length in bytes makes
 * it one text, which is a third of that.
 */
export function compactHead(res: NodeResponse): void {
  const { _header: head } = res as { _header?: unknown };
  if (typeof head === 'string') Buffer.byteLength(head);
}

function isHttp2(res: NodeResponse): res is Http2ServerResponse {
  return 'stream' in res;
}
