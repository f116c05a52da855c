/** The proxies that the environment names; an empty text is none. */
export interface Proxies {
  readonly httpProxy: string;
  readonly httpsProxy: string;
  readonly noProxy: string;
}

/** What http_proxy, https_proxy and no_proxy say now, small letters first, as curl has it. Undefined where there is no proxy. */
export function readProxies(): Proxies | undefined {
  const read = (name: string): string => process.env[name] || process.env[name.toUpperCase()] || '';
  const proxies = { httpProxy: read('http_proxy'), httpsProxy: read('https_proxy'), noProxy: read('no_proxy') };
  return proxies.httpProxy === '' && proxies.httpsProxy === '' ? undefined : proxies;
}
