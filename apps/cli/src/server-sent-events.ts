export interface ServerSentEvent {
  event: string;
  data: unknown;
}

/** The events in a text/event-stream whose data are JSON; comments are heartbeats and left out. */
export async function* serverSentEvents(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<ServerSentEvent> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const chunk of chunks) {
    text += decoder.decode(chunk, { stream: true });
    const frames = text.split("\n\n");
    text = frames.pop()!;
    for (const frame of frames) {
      const data = fieldOf(frame, "data");
      if (data !== undefined) yield { event: fieldOf(frame, "event") ?? "message", data: JSON.parse(data) };
    }
  }
}

const fieldOf = (frame: string, field: string): string | undefined =>
  frame
    .split("\n")
    .find((line) => line.startsWith(`${field}: `))
    ?.slice(field.length + 2);
