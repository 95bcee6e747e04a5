/** `details` of an error: `retryAfterMs` is what the server asked for, `sent` is false when nothing reached the server. */
export interface MlflowErrorDetails {
  code: string;
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
  readonly code: string;
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
export const isMlflowError = (thrown: unknown, code?: string): thrown is MlflowError =>
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
