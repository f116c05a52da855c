/** What a `WWW-Authenticate: Bearer` says (RFC 6750, section 3; RFC 9728, section 5.1). */
export interface BearerChallenge {
  readonly error: string | undefined;
  readonly errorDescription: string | undefined;
  /** Separated by spaces. */
  readonly scope: string | undefined;
  readonly resourceMetadataUrl: URL | undefined;
}

/** Reads the parameters of a Bearer challenge; of several challenges in one field, the first value of each. */
export function parseBearerChallenge(field: string | undefined): BearerChallenge {
  const text = field !== undefined && /(?:^|[\s,])bearer(?:[\s,]|$)/i.test(field) ? field : '';
  return {
    error: parameterOf(text, 'error'),
    errorDescription: parameterOf(text, 'error_description'),
    scope: parameterOf(text, 'scope'),
    resourceMetadataUrl: toUrl(parameterOf(text, 'resource_metadata')),
  };
}

function parameterOf(text: string, name: string): string | undefined {
  const match = new RegExp(`(?:^|[\\s,])${name}\\s?=\\s?(?:"((?:[^"\\\\]|\\\\.)*)"|([^\\s",]+))`, 'i').exec(text);
  return match?.[2] ?? match?.[1]?.replace(/\\(.)/g, '$1');
}

function toUrl(text: string | undefined): URL | undefined {
  return text !== undefined && URL.canParse(text) ? new URL(text) : undefined;
}
