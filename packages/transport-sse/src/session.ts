import type { BodySink, HttpRequest, HttpResponse, ReadBodyOptions } from '@mcpwire/http';
import { type ConnectionSettings, SSEConnection } from './connection.js';
import type { LimitedSession, Sessions } from './sessions.js';

/** A connection that a handler looks after: what is the connection's own business is open to it here. */
export class Session extends SSEConnection implements LimitedSession {
  readonly principalId: string | undefined;
  /** Whole milliseconds: a number with a fraction is an object of its own. */
  usedAtMs: number = Math.floor(performance.now());
  readonly #sessions: Sessions<Session>;

  constructor(
    sessionId: string,
    endpoint: string,
    settings: ConnectionSettings,
    sessions: Sessions<Session>,
    principalId: string | undefined,
  ) {
    super(sessionId, endpoint, settings);
    this.#sessions = sessions;
    this.principalId = principalId;
  }

  override attach(sink: BodySink): void {
    super.attach(sink);
  }

  override post(request: HttpRequest, limits: ReadBodyOptions): Promise<HttpResponse> {
    this.usedAtMs = Math.floor(performance.now());
    return super.post(request, limits);
  }

  override retire(): void {
    super.retire();
  }

  override leave(): void {
    super.leave();
  }

  override fail(error: Error): void {
    super.fail(error);
  }

  protected override onended(): void {
    this.#sessions.delete(this);
  }
}
