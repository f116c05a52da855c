import { createInterface } from 'node:readline/promises';
import type { Readable, Writable } from 'node:stream';
import { type Answers, nextQuestion, type Question } from './question.js';

/** The end of the input before the last answer. */
export class NoAnswerError extends Error {
  override readonly name = 'NoAnswerError';
}

/**
 * Asks what is not known yet, one question after another; each answer decides what is asked next.
 * @throws NoAnswerError when the input ends
 */
export async function askMissing(known: Answers, { input, output }: { input: Readable; output: Writable }): Promise<Answers> {
  const prompt = createInterface({ input, output });
  const ended = new AbortController();
  prompt.once('close', () => ended.abort());
  prompt.once('SIGINT', () => prompt.close());
  let answers = known;
  try {
    for (let question = nextQuestion(answers); question !== undefined; question = nextQuestion(answers)) {
      answers = { ...answers, [question.name]: await askOne(question, (text) => prompt.question(text, { signal: ended.signal }), output) };
    }
    output.write('\n');
    return answers;
  } catch (error) {
    if (ended.signal.aborted) throw new NoAnswerError('the input ended before the last question was answered', { cause: error });
    throw error;
  } finally {
    prompt.close();
  }
}

async function askOne({ text, choices }: Question, ask: (text: string) => Promise<string>, output: Writable): Promise<unknown> {
  const width = Math.max(...choices.map(({ word }) => word.length));
  output.write(`\n${text}\n${choices.map(({ word, about }, i) => `  ${i + 1}  ${word.padEnd(width)}  ${about}\n`).join('')}`);
  for (;;) {
    const answer = (await ask(`1 to ${choices.length}, or the word: `)).trim().toLowerCase();
    const matching = choices.filter(({ word }, i) => answer === String(i + 1) || answer === word);
    const beginning = answer === '' ? [] : choices.filter(({ word }) => word.startsWith(answer));
    const [choice] = matching.length > 0 ? matching : beginning.length === 1 ? beginning : [];
    if (choice !== undefined) return choice.value;
    output.write(answer === '' ? '' : `${answer} is none of them. `);
  }
}
