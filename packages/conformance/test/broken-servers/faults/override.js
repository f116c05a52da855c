/** Replaces a method of one object by another that gets the old one first: `override(server, 'ping', (old) => ({ ...old(), extra: 1 }))`. */
export function override(object, name, replacement) {
  const old = object[name].bind(object);
  object[name] = (...args) => replacement(old, ...args);
}
