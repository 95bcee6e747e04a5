import * as z from "zod";

/** Where the bytes are does not belong here: a digest finds them in whichever artifact store is configured. */
export const artifactRef = z
  .looseObject({
    digest: z
      .string()
      .regex(/^sha256:[0-9a-f]{64}$/)
      .transform((digest) => digest as `sha256:${string}`),
    size: z.number().int().nonnegative(),
    mediaType: z.string().min(1),
    name: z.string().min(1).describe("A file name for people; the digest is what identifies the artifact"),
  })
  .meta({ id: "ArtifactRef", description: "A reference to immutable bytes in the artifact store" });

export type ArtifactRef = z.infer<typeof artifactRef>;
