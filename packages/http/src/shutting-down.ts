import { HttpError } from './http-error.js';

/** What is answered to a request that comes while the server stops. */
export function shuttingDown(): HttpError {
  return new HttpError('refused', 503, 'This server is shutting down.', { headers: { 'retry-after': '1' } });
}
