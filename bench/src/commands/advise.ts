import { type Command, Option } from 'commander';
import { askMissing, NoAnswerError } from '../advise/ask.js';
import { decide } from '../advise/decide.js';
import { type AnswerName, type Answers, nextQuestion, questions } from '../advise/question.js';
import { findAdviceSource } from '../advise/source.js';
import { toAdviceText } from '../advise/text.js';
import { ReportFileError } from '../report/read-report.js';
import { CommandError, type ExitCode, exitCodes } from './exit-codes.js';
import { columnsOf, hasColors } from './terminal.js';

type AdviseFlags = Partial<Record<AnswerName, string>> & { from?: string; json?: true };

/** `bench advise`: which transport, and why. */
export function addAdviseCommand(program: Command, finish: (exitCode: ExitCode) => void): void {
  const command = program
    .command('advise')
    .description(
      'Tells which transport fits, with a reason for each step and the figures of the latest run (else of the committed one). Asks what no flag answers.',
    );
  for (const { flag, text, choices } of questions) {
    command.addOption(new Option(`${flag} <answer>`, text).choices(choices.map(({ word }) => word)));
  }
  command
    .option('--from <file>', 'take the figures from this JSON report')
    .option('--json', 'print the advice as JSON')
    .action(async (flags: AdviseFlags) => finish(await advise(flags)));
}

async function advise(flags: AdviseFlags): Promise<ExitCode> {
  const source = await findAdviceSource(flags.from).catch((error: unknown) => {
    throw error instanceof ReportFileError ? new CommandError(error.message, exitCodes.usage, { cause: error }) : error;
  });
  const answers = await complete(toAnswers(flags));
  const advice = decide(answers, source.report);
  if (flags.json) {
    const { path, notes } = source;
    process.stdout.write(`${JSON.stringify({ ...advice, source: { ...(path !== undefined && { path }), notes } }, null, 2)}\n`);
  } else process.stdout.write(toAdviceText(advice, source, hasColors(process.stdout), columnsOf(process.stdout)));
  return exitCodes.ok;
}

function toAnswers(flags: AdviseFlags): Answers {
  const given = questions.filter(({ name }) => flags[name] !== undefined);
  return Object.fromEntries(given.map(({ name, choices }) => [name, choices.find(({ word }) => word === flags[name])?.value])) as Answers;
}

async function complete(answers: Answers): Promise<Answers> {
  const open = nextQuestion(answers);
  if (open === undefined) return answers;
  if (!process.stdin.isTTY) {
    throw new CommandError(
      `${open.flag} is not answered, and there is nobody to ask: ${open.text} (${open.choices.map(({ word }) => word).join(', ')})`,
    );
  }
  try {
    return await askMissing(answers, { input: process.stdin, output: process.stderr });
  } catch (error) {
    if (error instanceof NoAnswerError) throw new CommandError(error.message, exitCodes.interrupted);
    throw error;
  }
}
