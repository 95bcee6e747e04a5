"""An unmodified client of the Open Inference Protocol asks a server; prints what it heard as JSON."""

import json
import sys

import numpy as np
import tritonclient.http as http

client = http.InferenceServerClient(url=sys.argv[1])
heard = {
    "live": client.is_server_live(),
    "ready": client.is_server_ready(),
    "model_ready": client.is_model_ready("sides"),
    "version_ready": client.is_model_ready("sides", "1"),
    "no_model_ready": client.is_model_ready("roses"),
    "server": client.get_server_metadata(),
    "model": client.get_model_metadata("sides"),
    "index": client.get_model_repository_index(),
}


def tensor(name, values, datatype, binary):
    made = http.InferInput(name, list(values.shape), datatype)
    made.set_data_from_numpy(values, binary_data=binary)
    return made


def labels(binary, version="", **more):
    inputs = [
        tensor("x", np.array([5.0, -5.0, np.nan]), "FP64", binary),
        tensor("shop", np.array(["a", "b", ""], dtype=object), "BYTES", binary),
    ]
    outputs = [http.InferRequestedOutput(name, binary_data=binary) for name in ("label", "probabilities")]
    answer = client.infer("sides", inputs, model_version=version, outputs=outputs, request_id="r-1", **more)
    text = [value.decode() if isinstance(value, bytes) else str(value) for value in answer.as_numpy("label")]
    return {"labels": text, "probabilities": answer.as_numpy("probabilities").tolist(), "response": answer.get_response()}


# JSON has no NaN, so what is missing goes as bytes.
heard["binary"] = labels(True)
heard["packed"] = labels(True, version="1", request_compression_algorithm="gzip")
single = [
    tensor("x", np.array([5.0], dtype=np.float32), "FP32", False),
    tensor("shop", np.array(["a"], dtype=object), "BYTES", False),
]
heard["json"] = client.infer("sides", single).as_numpy("label")[0].decode()
try:
    client.infer("roses", single)
except Exception as error:
    heard["unknown"] = str(error)
client.unload_model("sides")
heard["unloaded"] = client.is_model_ready("sides")
client.load_model("sides")
heard["loaded"] = client.is_model_ready("sides")
print(json.dumps(heard, default=str))
