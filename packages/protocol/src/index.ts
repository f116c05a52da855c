export {
  headerMismatch,
  httpStatusOf,
  isModernErrorCode,
  isReservedErrorCode,
  McpErrorCode,
  missingClientCapability,
  supportedVersionsOf,
  unsupportedProtocolVersion,
} from './error-codes.js';
export { type DecodedHeaderValue, decodeHeaderValue, encodeHeaderValue, headerTextMatches, toHeaderText } from './header-value.js';
export { checkRequestHeaders, createRequestHeaders, type HeaderFields, HeaderName } from './headers.js';
export { isReservedMetaKey, MetaKey, type ParsedMetaKey, parseMetaKey } from './meta.js';
export { hasMethod, type MethodKind, methodsOf, nameParamOf, type Sender } from './methods.js';
export { negotiateInitialize, newestCommonVersion } from './negotiation.js';
export { checkParamHeaders, createParamHeaders, type ParamHeader, type ParsedParamHeaders, parseParamHeaders } from './param-headers.js';
export {
  hasRequestMeta,
  type Implementation,
  LOG_LEVELS,
  type LogLevel,
  type RequestMeta,
  readRequestMeta,
  withRequestMeta,
} from './request-meta.js';
export {
  ASSUMED_REVISION,
  type Era,
  eraOf,
  isRevision,
  LATEST_LEGACY_REVISION,
  LATEST_REVISION,
  REVISION_FEATURES,
  REVISIONS,
  type Revision,
  type RevisionFeatures,
} from './revisions.js';
export { isSessionId } from './session-id.js';
