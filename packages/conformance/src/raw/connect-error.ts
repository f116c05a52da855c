/** Why no connection came about, as the end of a sentence: the code by which one can look it up, and where there is something to do about it, that. */
export function whyNotConnected(error: NodeJS.ErrnoException): string {
  const { code, message } = error;
  if (code === undefined) return message;
  if (/CERT|^UNABLE_TO_/.test(code)) return `${code}: its certificate is not trusted here; NODE_EXTRA_CA_CERTS=FILE adds an authority`;
  if (code === 'EPROTO' || code === 'ERR_SSL_WRONG_VERSION_NUMBER') return `${code}: that is no TLS; does its URL begin with http: ?`;
  return code;
}
