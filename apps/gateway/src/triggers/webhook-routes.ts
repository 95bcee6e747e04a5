import type { Express } from "express";
import { HttpProblem } from "@millrace/service";
import { hearNotification, readNotification, type NotificationParts } from "./s3-notification.js";

/** Where an S3 server tells of new objects by itself. */
export function webhookRoutes(app: Express, parts: NotificationParts): void {
  app.post("/webhooks/s3", async (request, response) => {
    if (typeof request.body !== "object" || request.body === null) throw noBody();
    const runs = await hearNotification(readNotification(request.body), parts);
    response.status(202).json({ runs });
  });
}

const noBody = (): HttpProblem =>
  new HttpProblem(415, {
    code: "S3_NOTIFICATION_EXPECTED",
    message: "the body is no JSON object.",
    remedy: "Send an S3 event notification as application/json.",
  });
