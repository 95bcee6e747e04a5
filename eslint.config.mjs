import nx from "@nx/eslint-plugin";
import prettier from "eslint-config-prettier";
import tseslint from "typescript-eslint";

const only = (sourceTag, ...onlyDependOnLibsWithTags) => ({ sourceTag, onlyDependOnLibsWithTags });

const libs = [
  "contracts",
  "service",
  "messaging",
  "storage",
  "tracking",
  "tables",
  "learning",
  "drift",
  "runtimes",
  "pages",
  "testing",
].map((name) => `lib:${name}`);

// The arrows of docs/architecture.md, one line a project kind. There is no rule "* → *".
const arrows = [
  only("lib:contracts"),
  only("lib:mlflow-client-ts"),
  only("lib:kernels"),
  only("lib:learning", "lib:contracts", "lib:kernels"),
  only("lib:drift", "lib:contracts"),
  only("lib:runtimes", "lib:contracts", "lib:learning"),
  only("lib:samples", "lib:contracts"),
  only("lib:pages"),
  only("lib:tables", "lib:contracts"),
  only("lib:messaging", "lib:contracts"),
  only("lib:storage", "lib:contracts"),
  only("lib:tracking", "lib:contracts", "lib:mlflow-client-ts"),
  only("lib:service", "lib:contracts", "lib:messaging", "lib:storage", "lib:tracking", "lib:tables", "lib:testing"),
  only("lib:testing", "lib:contracts"),
  only("app:service", ...libs),
  only("app:standalone", ...libs, "lib:samples", "app:service"),
  only("app:cli", ...libs, "lib:samples", "app:standalone"),
];

// Only these libs may import a vendor's SDK.
const vendors = {
  messaging: ["amqplib", "@onify/fake-amqplib", "smqp"],
  storage: ["@aws-sdk/*", "mongodb", "lmdb"],
  runtimes: ["onnxruntime-node", "onnxruntime-web"],
  tables: ["@duckdb/*", "mongodb", "pg", "pg-cursor", "mysql2", "node-sqlite3-wasm"],
};
const sdkOutside = (lib) => [
  ...new Set(
    Object.values(vendors)
      .flat()
      .filter((name) => !(vendors[lib] ?? []).includes(name)),
  ),
];
const noVendors = (lib) => ({
  "no-restricted-imports": [
    "error",
    {
      patterns: [
        {
          group: sdkOutside(lib),
          message: "Only messaging, runtimes, storage and tables import a vendor's SDK: use their interfaces.",
        },
      ],
    },
  ],
});

export default tseslint.config(
  { ignores: ["**/dist/**", "**/node_modules/**", "**/generated/**", "**/.venv*/**", ".nx/**", "coverage/**"] },
  ...tseslint.configs.recommended,
  prettier,
  {
    files: ["**/*.ts"],
    plugins: { "@nx": nx },
    rules: {
      "@nx/enforce-module-boundaries": [
        "error",
        { depConstraints: arrows, enforceBuildableLibDependency: false, allow: [] },
      ],
      "@typescript-eslint/consistent-type-imports": "error",
      "@typescript-eslint/no-non-null-assertion": "off",
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_", varsIgnorePattern: "^_" }],
      "prefer-const": ["error", { ignoreReadBeforeAssign: true }],
      "no-restricted-syntax": [
        "error",
        {
          selector: "ClassDeclaration[superClass]:not([superClass.name=/Error$/])",
          message: "Data and functions rather than class hierarchies.",
        },
      ],
      ...noVendors(""),
    },
  },
  ...Object.keys(vendors).map((lib) => ({ files: [`libs/${lib}/**/*.ts`], rules: noVendors(lib) })),
  {
    files: ["libs/learning/src/**/*.ts"],
    rules: {
      "no-restricted-properties": [
        "error",
        { object: "Math", property: "random" },
        { object: "Date", property: "now" },
      ],
    },
  },
  { files: ["**/*.test.ts", "**/*-for-test.ts"], rules: { "no-restricted-imports": "off" } },
  {
    files: ["**/*.cjs"],
    rules: { "@typescript-eslint/no-require-imports": "off" },
    languageOptions: { globals: { module: "writable", require: "readonly", exports: "writable", process: "readonly" } },
  },
);
