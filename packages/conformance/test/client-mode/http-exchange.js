import { request } from 'node:http';

/**
 * One request, and its response as soon as its headers are here. A client is started for each scene, and `fetch` costs a process more than
 * all else that this one does.
 */
export function exchange(url, { method = 'GET', headers = {}, body, signal } = {}) {
  return new Promise((resolve, reject) => {
    const sent = request(url, { method, headers, signal }, (incoming) => {
      incoming.setEncoding('utf8');
      const { statusCode: status } = incoming;
      const text = async () => {
        let all = '';
        for await (const chunk of incoming) all += chunk;
        return all;
      };
      const { headers: fields, rawHeaders } = incoming;
      const header = (name) => fields[name];
      resolve({ status, ok: status < 300, header, rawHeaders, chunks: incoming, text, drop: () => incoming.resume() });
    });
    sent.on('error', reject);
    sent.end(body);
  });
}
