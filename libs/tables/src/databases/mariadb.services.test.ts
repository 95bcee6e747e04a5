import { mysqlConformance } from "./mysql-conformance.js";

mysqlConformance("MariaDB", process.env.MARIADB_URL ?? "");
