/** One published revision of the protocol, as far as it changes what this server sends. */
export interface Revision {
  readonly name: string;
  /** True from 2026-07-28 on: no handshake, every request says in its `_meta` what it speaks. */
  readonly modern: boolean;
  /** Tools may carry `annotations`, and progress notifications a `message`. */
  readonly annotations: boolean;
  /** Servers may say that they suggest values for arguments. */
  readonly completions: boolean;
  /** Tools, prompts, resources and implementations may have a `title`. */
  readonly titles: boolean;
  /** Tools may have an `outputSchema`, and their results `structuredContent`. */
  readonly structuredContent: boolean;
  /** An implementation may describe itself. */
  readonly descriptions: boolean;
  /** A form may have defaults for every kind of field, choices with titles, and choices of several. */
  readonly richForms: boolean;
  /** Bad arguments of a tool are told in a result with `isError`, for the model to read, and no longer as a JSON-RPC error. */
  readonly argumentErrorsInResults: boolean;
}

function revision(name: string): Revision {
  return {
    name,
    modern: name >= '2026-07-28',
    annotations: name >= '2025-03-26',
    completions: name >= '2025-03-26',
    titles: name >= '2025-06-18',
    structuredContent: name >= '2025-06-18',
    descriptions: name >= '2025-11-25',
    richForms: name >= '2025-11-25',
    argumentErrorsInResults: name >= '2025-11-25',
  };
}

function byName(...names: string[]): ReadonlyMap<string, Revision> {
  return new Map(names.map((name) => [name, revision(name)]));
}

/** The revisions that begin with `initialize`, oldest first. */
export const legacyRevisions: ReadonlyMap<string, Revision> = byName('2024-11-05', '2025-03-26', '2025-06-18', '2025-11-25');

/** What `initialize` is answered with when the client's revision is none of ours. */
export const latestLegacyRevision: Revision = [...legacyRevisions.values()].at(-1) as Revision;

/** The revisions that a request may name in its `_meta`. */
export const modernRevisions: ReadonlyMap<string, Revision> = byName('2026-07-28');

/**
 * Every revision that is served, newest first: what a client may choose from. The older ones are in it for clients of both eras, which
 * begin with `initialize` if they find nothing newer; the transports over HTTP, which serve the same revisions, say so too.
 *
 * @see https://modelcontextprotocol.io/specification/2026-07-28/basic/versioning#protocol-version-negotiation
 */
export const offeredRevisions: readonly string[] = [...modernRevisions.keys(), ...[...legacyRevisions.keys()].reverse()];
