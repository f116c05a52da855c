export function renderReadme(survey: { results: readonly object[]; explained: readonly object[]; problems: readonly string[] }): string;
