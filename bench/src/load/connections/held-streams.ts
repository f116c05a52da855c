import { readDescriptorLimit } from '../../measure/descriptors.js';
import { Holder, type HolderCommand, sumTallies, type Tally } from './holder.js';
import { IdleServers } from './idle-servers.js';
import type { StreamKind } from './stream-kind.js';

export interface HeldStreamsOptions {
  readonly kind: StreamKind;
  readonly target: string;
  readonly streams: number;
  readonly heartbeatMs: number;
  readonly core?: number | undefined;
}

/** Descriptors that a process needs for itself. */
const sparePerProcess = 200;
/** Well below the 28,232 ports that Linux gives each address. */
const streamsPerAddress = 10_000;
/** Over all processes; less than the usual backlog of 511. */
const atOnce = 200;

/** Idle streams, and the processes on both sides that hold them: as many as the limit of descriptors asks for. */
export class HeldStreams {
  readonly servers: IdleServers;
  readonly #holders: readonly Holder[];
  readonly #options: HeldStreamsOptions;
  #rampedTo = 0;

  private constructor(servers: IdleServers, holders: readonly Holder[], options: HeldStreamsOptions) {
    this.servers = servers;
    this.#holders = holders;
    this.#options = options;
  }

  /** Starts the processes; no stream is open yet. @throws Error when the target has no server for such streams, or one does not come up. */
  static async open(options: HeldStreamsOptions): Promise<HeldStreams> {
    const { kind, target, streams, heartbeatMs, core } = options;
    const processes = Math.ceil(streams / (readDescriptorLimit() - sparePerProcess));
    const servers = await IdleServers.open(kind, target, processes, heartbeatMs, core);
    return new HeldStreams(
      servers,
      Array.from({ length: processes }, () => new Holder()),
      options,
    );
  }

  /** On each side. */
  get processes(): number {
    return this.#holders.length;
  }

  /** Opens streams, until there are `until` (all, if left out) or the first is refused. */
  ramp(until: number = this.#options.streams): Promise<Tally> {
    const { kind, streams } = this.#options;
    const { processes } = this;
    const from = this.#rampedTo;
    this.#rampedTo = until;
    return this.#tellAll((index) => {
      const shareOf = (count: number): number => Math.floor(count / processes) + (index < count % processes ? 1 : 0);
      const total = shareOf(streams);
      return {
        do: 'ramp',
        kind,
        urls: this.servers.urls,
        sources: toSources(index, total),
        from: shareOf(from),
        until: shareOf(until),
        total,
        atOnce: Math.ceil(atOnce / processes),
      };
    });
  }

  tally(): Promise<Tally> {
    return this.#tellAll(() => ({ do: 'tally' }));
  }

  /** From now on the tally counts the streams that `marker` reaches. */
  expect(marker: string): Promise<Tally> {
    return this.#tellAll(() => ({ do: 'expect', marker }));
  }

  /** Gives up the streams, and keeps the processes. */
  release(): Promise<Tally> {
    this.#rampedTo = 0;
    return this.#tellAll(() => ({ do: 'close' }));
  }

  async close(): Promise<void> {
    await Promise.all([...this.#holders.map((holder) => holder.close()), this.servers.close()]);
  }

  async #tellAll(toCommand: (index: number) => HolderCommand): Promise<Tally> {
    return sumTallies(await Promise.all(this.#holders.map((holder, index) => holder.tell(toCommand(index)))));
  }
}

/** Addresses of the loopback network, other ones for each process; none where the system has only one. */
function toSources(process_: number, count: number): string[] {
  if (process.platform !== 'linux') return [];
  return Array.from({ length: Math.ceil(count / streamsPerAddress) }, (_, i) => `127.0.${1 + process_}.${1 + i}`);
}
