/** A key and its certificate, both as PEM. */
export interface Credentials {
  readonly key: string;
  readonly cert: string;
}

/** Makes a self-signed certificate for this machine's own name, of the kind that most sites have: P-256. It lives as long as who asked for it. */
export async function createCredentials(): Promise<Credentials> {
  const { generate } = await import('selfsigned');
  const { private: key, cert } = await generate([{ name: 'commonName', value: 'localhost' }], {
    keyType: 'ec',
    curve: 'P-256',
    extensions: [
      { name: 'basicConstraints', cA: true },
      {
        name: 'subjectAltName',
        altNames: [
          { type: 2, value: 'localhost' },
          { type: 7, ip: '127.0.0.1' },
        ],
      },
    ],
  });
  return { key, cert };
}
