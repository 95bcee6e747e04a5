/** MLflow's own codes that one meets, and those of this client for what happens before MLflow answers. Others may come. */
export type MlflowErrorCode =
  | "RESOURCE_DOES_NOT_EXIST"
  | "RESOURCE_ALREADY_EXISTS"
  | "INVALID_PARAMETER_VALUE"
  | "INVALID_STATE"
  | "BAD_REQUEST"
  | "PERMISSION_DENIED"
  | "UNAUTHENTICATED"
  | "TEMPORARILY_UNAVAILABLE"
  | "REQUEST_LIMIT_EXCEEDED"
  | "INTERNAL_ERROR"
  | "NOT_IMPLEMENTED"
  | "UNREACHABLE"
  | "TIMEOUT"
  | "CONNECTION_LOST"
  | "CERTIFICATE_NOT_TRUSTED"
  | "HOST_NOT_ALLOWED"
  | "NOT_MLFLOW"
  | "EXPERIMENT_DELETED"
  | "ARTIFACTS_NOT_PROXIED"
  | "INVALID_ARTIFACT_PATH"
  | "INVALID_CERTIFICATE"
  | "INVALID_FILTER"
  | "INVALID_TRACKING_URI"
  | (string & {});

/** `details` of an error: `retryAfterMs` is what the server asked for, `sent` is false when nothing reached the server. */
export interface MlflowErrorDetails {
  code: MlflowErrorCode;
  message: string;
  status?: number;
  retryable?: boolean;
  retryAfterMs?: number;
  sent?: boolean;
  cause?: unknown;
}

/**
 * What MLflow answered, or why there is no answer. `code` is MLflow's own error_code where there is one. `retryable` says
 * that the same call may succeed later; whether doing a call twice does harm is for the caller to know.
 */
export class MlflowError extends Error {
  readonly code: MlflowErrorCode;
  readonly status: number | undefined;
  readonly retryable: boolean;
  readonly retryAfterMs: number | undefined;
  readonly sent: boolean;

  constructor({ code, message, status, retryable = false, retryAfterMs, sent = true, cause }: MlflowErrorDetails) {
    super(message, { cause });
    this.name = "MlflowError";
    this.code = code;
    this.status = status;
    this.retryable = retryable;
    this.retryAfterMs = retryAfterMs;
    this.sent = sent;
  }
}

/** True for an MlflowError with this error_code, such as RESOURCE_DOES_NOT_EXIST. */
export const isMlflowError = (thrown: unknown, code?: MlflowErrorCode): thrown is MlflowError =>
  thrown instanceof MlflowError && (code === undefined || thrown.code === code);

export const isMissing = (thrown: unknown): thrown is MlflowError => isMlflowError(thrown, "RESOURCE_DOES_NOT_EXIST");

/** Runs a look-up; undefined where MLflow says that there is no such thing. */
export async function findOrUndefined<Found>(lookUp: () => Promise<Found>): Promise<Found | undefined> {
  try {
    return await lookUp();
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}
