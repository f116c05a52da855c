/** The revisions that clients may be limited to, the newest first. */
export const revisions = ['2026-07-28', '2025-11-25', '2025-06-18', '2025-03-26', '2024-11-05'] as const;
/** What may stand between clients and a server. */
export const proxies = ['none', 'nginx', 'load-balancer', 'cdn', 'buffering', 'unknown'] as const;

/** What is known of a situation. A question that was not asked has no answer. */
export interface Answers {
  readonly remote?: boolean;
  readonly browser?: boolean;
  readonly clients?: 'one' | 'several';
  readonly microseconds?: boolean;
  readonly proxy?: (typeof proxies)[number];
  readonly revision?: (typeof revisions)[number];
}

export type AnswerName = keyof Answers;

/** One question of the tree. */
export interface Question {
  readonly name: AnswerName;
  readonly flag: string;
  readonly text: string;
  readonly choices: readonly Choice[];
  /** Whether the answer matters, after those before it. */
  readonly applies: (answers: Answers) => boolean;
}

export interface Choice {
  /** What a flag takes. */
  readonly word: string;
  readonly value: Answers[AnswerName];
  readonly about: string;
}

const yesOrNo = (yes: string, no: string): readonly Choice[] => [
  { word: 'yes', value: true, about: yes },
  { word: 'no', value: false, about: no },
];

/** Whether there is a network, or at least a socket, between client and server. */
export function needsNetwork({ remote, browser, clients }: Answers): boolean {
  return remote === true || browser === true || clients === 'several';
}

/** The questions, in the order in which they are asked. */
export const questions: readonly Question[] = [
  {
    name: 'remote',
    flag: '--remote',
    text: 'Do clients run on other machines than the server?',
    choices: yesOrNo('at least some', 'all on the same one'),
    applies: () => true,
  },
  {
    name: 'browser',
    flag: '--browser',
    text: 'Does a page in a browser talk to it directly?',
    choices: yesOrNo('a page', 'programs only'),
    applies: () => true,
  },
  {
    name: 'clients',
    flag: '--clients',
    text: 'How many clients use one running server at the same time?',
    choices: [
      { word: 'one', value: 'one', about: 'each client may start a server for itself' },
      { word: 'several', value: 'several', about: 'they share what it holds, or it costs too much to start for each' },
    ],
    applies: ({ remote, browser }) => !remote && !browser,
  },
  {
    name: 'microseconds',
    flag: '--microseconds',
    text: 'Do some tens of microseconds a call matter?',
    choices: yesOrNo('calls are tiny and many', 'what the server does takes longer by far'),
    applies: () => true,
  },
  {
    name: 'proxy',
    flag: '--proxy',
    text: 'What stands between clients and server?',
    choices: [
      { word: 'none', value: 'none', about: 'nothing' },
      { word: 'nginx', value: 'nginx', about: 'nginx, or another reverse proxy that can be configured' },
      { word: 'load-balancer', value: 'load-balancer', about: 'several servers behind a load balancer' },
      { word: 'cdn', value: 'cdn', about: 'a CDN or a gateway that ends connections which are quiet' },
      { word: 'buffering', value: 'buffering', about: 'something that holds responses back until they are whole' },
      { word: 'unknown', value: 'unknown', about: "clients' own networks: anything" },
    ],
    applies: ({ remote, browser }) => remote === true || browser === true,
  },
  {
    name: 'revision',
    flag: '--revision',
    text: 'Which is the newest revision of MCP that all the clients speak?',
    choices: revisions.map((revision) => ({
      word: revision,
      value: revision,
      about: { '2026-07-28': 'stateless', '2024-11-05': 'HTTP+SSE is all they have over HTTP' }[revision as string] ?? 'with sessions',
    })),
    applies: needsNetwork,
  },
];

/** The first question that matters and has no answer yet. */
export function nextQuestion(answers: Answers): Question | undefined {
  return questions.find(({ name, applies }) => applies(answers) && answers[name] === undefined);
}
