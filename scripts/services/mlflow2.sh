#!/usr/bin/env bash
# The last MLflow 2 beside the newest 3, for the tests of both: it starts when it is asked for, and in CI.
mlflow_server=mlflow2
mlflow_version=2.22.5
mlflow_variable=MLFLOW2
mlflow_port=5101
# Its SQLAlchemy has to be one of its time: 2.1 took away a name that it imports.
mlflow_needs="sqlalchemy<2.1"
source "$(dirname "${BASH_SOURCE[0]}")/mlflow.sh" "$@"
