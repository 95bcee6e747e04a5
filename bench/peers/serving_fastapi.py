"""What a team would write by itself: FastAPI, uvicorn with uvloop and httptools, a LightGBM booster. MODEL names its file."""

import os
import sys
from uuid import uuid4

import lightgbm
import numpy as np
import uvicorn
from fastapi import FastAPI
from pydantic import BaseModel


class One(BaseModel):
    features: list[float]


class Many(BaseModel):
    instances: list[list[float]]


app = FastAPI()
booster = lightgbm.Booster(model_file=os.environ["MODEL"])


def answer(probability):
    label = "yes" if probability >= 0.5 else "no"
    confidence = float(max(probability, 1 - probability))
    return {"prediction": label, "confidence": confidence, "prediction_id": str(uuid4())}


@app.post("/predict")
async def predict(asked: One):
    row = np.asarray([asked.features], dtype=np.float32)
    return {**answer(booster.predict(row, num_threads=1)[0]), "model": "bench", "model_version": 1}


@app.post("/predict/many")
async def many(asked: Many):
    rows = np.asarray(asked.instances, dtype=np.float32)
    predictions = [answer(each) for each in booster.predict(rows, num_threads=1)]
    return {"model": "bench", "model_version": 1, "predictions": predictions}


if __name__ == "__main__":
    port = int(sys.argv[1])
    uvicorn.run(app, host="127.0.0.1", port=port, loop="uvloop", http="httptools", log_level="error", access_log=False)
