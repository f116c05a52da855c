/** RFC 9113, section 7. Node has them in `node:http2`, whose import takes as long as that of this whole package; a server without HTTP/2 does without. */
export const Http2ErrorCode = { NO_ERROR: 0x0, INTERNAL_ERROR: 0x2 } as const;
