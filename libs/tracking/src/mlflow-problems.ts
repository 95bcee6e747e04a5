import { ProblemError, Retry } from "@millrace/contracts";
import { isMissing, isMlflowError, type MlflowError } from "@millrace/mlflow-client-ts";

/**
 * Asks MLflow, and says in the platform's words what went wrong: an outage is a Retry, a bad request a problem. `missing`
 * is what it means here when MLflow says that something does not exist.
 */
export async function asking<Answer>(
  where: string,
  ask: () => Promise<Answer>,
  missing?: () => ProblemError,
): Promise<Answer> {
  try {
    return await ask();
  } catch (error) {
    if (!isMlflowError(error)) throw error;
    throw isMissing(error) && missing ? missing() : problemOfMlflow(where, error);
  }
}

function problemOfMlflow(where: string, error: MlflowError): ProblemError {
  if (!error.retryable) return new ProblemError(problem(`MLFLOW_${error.code}`, where, error), { cause: error });
  return new Retry(problem("MLFLOW_UNAVAILABLE", where, error), { cause: error, dependency: "mlflow" });
}

const problem = (code: string, where: string, { message }: MlflowError) => ({
  code: code.toUpperCase().replace(/[^A-Z0-9]+/g, "_"),
  where: `MLflow, ${where}`,
  message,
});
