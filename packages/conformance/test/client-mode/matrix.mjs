import { fileURLToPath } from 'node:url';
import { runClient } from '@mcpwire/conformance';
import { faults } from './faults.js';

const program = fileURLToPath(new URL('./client.js', import.meta.url));
const names = process.argv[2] ? process.argv[2].split(',') : Object.keys(faults);
const queue = [...names];
const work = async () => {
  for (let name = queue.shift(); name; name = queue.shift()) {
    const fault = faults[name];
    try {
      const report = await runClient({
        client: { transport: fault.transport, command: process.execPath, args: [program, '--fault', name] },
        revisions: [fault.revision],
        timeoutMs: 2500,
        concurrency: 3,
      });
      const broken = report.outcomes.filter(({ verdict }) => verdict === 'fail' || verdict === 'warn');
      const ids = broken.map(({ check }) => check);
      const missing = fault.caughtBy.filter((id) => !ids.includes(id));
      const extra = ids.filter((id) => !fault.caughtBy.includes(id) && !(fault.neighbours ?? []).includes(id));
      const idle = (fault.neighbours ?? []).filter((id) => !ids.includes(id));
      console.log(
        missing.length || extra.length ? 'BAD' : 'ok ',
        name,
        missing.length
          ? `MISSING ${missing} ${missing.map((id) => `${report.outcomes.find((o) => o.check === id)?.verdict}:${report.outcomes.find((o) => o.check === id)?.reason}`)}`
          : '',
        extra.length ? `EXTRA ${extra.map((id) => `${id}: ${broken.find((o) => o.check === id).reason}`).join('; ')}` : '',
        idle.length ? `IDLE ${idle}` : '',
      );
    } catch (error) {
      console.log('BAD', name, error.message.slice(0, 300));
    }
  }
};
await Promise.all([work(), work()]);
