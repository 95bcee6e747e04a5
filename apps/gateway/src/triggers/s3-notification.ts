import { ProblemError, issuesOf, type AcceptedRun } from "@millrace/contracts";
import * as z from "zod";
import type { PipelineList } from "../pipeline-list.js";
import { SUCCESS } from "./landing.js";
import { folderOf, landingsAmong, nameOf, takeLanding, type S3TriggerParts } from "./s3-trigger.js";

const record = z.looseObject({
  eventName: z.string(),
  s3: z.looseObject({
    bucket: z.looseObject({ name: z.string().min(3).max(63) }),
    object: z.looseObject({ key: z.string().min(1).max(4096) }),
  }),
});

/** What S3 says of itself to a queue or a webhook. Without Records it is a test whether anybody listens. */
export const s3Notification = z.looseObject({ Records: z.array(record).max(1000).default([]) });

export type S3Notification = z.infer<typeof s3Notification>;

export function readNotification(body: unknown): S3Notification {
  const parsed = s3Notification.safeParse(body);
  if (parsed.success) return parsed.data;
  throw new ProblemError({
    code: "S3_NOTIFICATION_MALFORMED",
    message: `this is no event notification of S3: ${issuesOf(parsed.error)}.`,
    remedy: "docs/triggers.md tells how a bucket is set up to send its notifications here.",
  });
}

export interface NotificationParts extends S3TriggerParts {
  pipelines(): Promise<PipelineList>;
}

/** Begins the runs of the pipelines whose `s3` trigger covers a `_SUCCESS` that was written. */
export async function hearNotification({ Records }: S3Notification, parts: NotificationParts): Promise<AcceptedRun[]> {
  const markers = new Set(Records.flatMap(markerOf));
  if (markers.size === 0) return [];
  const { pipelines } = await parts.pipelines();
  const begun: AcceptedRun[] = [];
  for (const marker of markers) {
    const meant = pipelines.filter(({ spec }) => spec.triggers.some((it) => "s3" in it && marker.startsWith(it.s3)));
    const [, bucket, key] = /^s3:\/\/([^/]+)\/(.*)$/.exec(marker)!;
    const prefix = folderOf(key!);
    if (meant.length === 0) continue;
    const landing = landingsAmong(await parts.probe.list(bucket!, prefix)).find((each) => each.prefix === prefix);
    for (const file of landing === undefined ? [] : meant) {
      const accepted = await takeLanding(file, bucket!, landing!, parts);
      if (accepted !== undefined) begun.push(accepted);
    }
  }
  return begun;
}

/** The address of a marker that was written; keys come URL-encoded, with + for a space. */
function markerOf({ eventName, s3 }: z.infer<typeof record>): string[] {
  if (!/^(s3:)?ObjectCreated:/.test(eventName)) return [];
  const key = decoded(s3.object.key);
  return key !== undefined && nameOf(key) === SUCCESS ? [`s3://${s3.bucket.name}/${key}`] : [];
}

function decoded(key: string): string | undefined {
  try {
    return decodeURIComponent(key.replaceAll("+", " "));
  } catch {
    return undefined;
  }
}
