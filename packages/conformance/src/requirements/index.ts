export { requirementLink } from './link.js';
export { loadRequirements } from './load.js';
export { parseRequirements } from './parse.js';
export { type Keyword, type Requirement, type Requirements, severityOf } from './requirement.js';
