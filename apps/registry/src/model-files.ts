/** The files of a registered version, as the tracking server keeps them. */
export const nameModelFiles = (packageBytes: Uint8Array, report: Uint8Array) => [
  { path: "model.json", bytes: packageBytes },
  { path: "report.json", bytes: report },
];
