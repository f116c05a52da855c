interface Finding {
  check: string;
  revision: string;
  verdict: string;
  reason: string;
  requirements?: { id: string; keyword: string; url: string }[];
}

interface Explained extends Finding {
  server: string;
  note: string | undefined;
  requirements: { id: string; keyword: string; url: string }[];
}

export function readNotes(text?: string): {
  explain(results: readonly { name: string; findings: readonly Finding[] }[]): {
    explained: Explained[];
    missing: string[];
    idle: string[];
  };
};
