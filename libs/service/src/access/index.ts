export { type Access, type Admission } from "./admission.js";
export { createKey, digestOf, keyRecord, type KeyRecord, type KeyWish } from "./api-key.js";
export { callerOf, mayAsk, type Caller, type Scope } from "./caller.js";
export { refuseDeepJson } from "./json-body.js";
export { bucketOf, takeToken, type Bucket } from "./rate.js";
export { readKeyFile, writeKeyFile } from "./key-file.js";
export { pagePolicy, type PagePolicy } from "./security-headers.js";
