import { openTables } from "../../tables/src/index.js";
import { columnNamed } from "@millrace/contracts";
import { readFileSync } from "node:fs";
import * as L from "./index.js";
const steps = [{impute:"numeric",with:"median"},{impute:"categorical",with:"most-frequent"},{scale:"numeric",with:"standard"},{encode:"categorical",with:"one-hot",minFrequency:10}] as const;
it("zz", async()=>{ const t=await openTables(); const say:any[]=[];
 for (const [f,target,drop] of [["telco_customer_churn","Churn",["customerID"]],["iris","species",[]],["breast_cancer_wdbc","diagnosis",[]],["bank_churners","Attrition_Flag",["CLIENTNUM"]],["wine_quality","quality",[]],["us_visa","case_status",["case_id"]],["adult","income",[]],["vehicle_insurance_114k","Response",["id"]]] as [string,string,string[]][]) {
  const table=await t.readTable(`/work/shared/data/${f}.csv`); const {classes,codes}=L.labelCodes(columnNamed(table,target)!);
  const features=table.columns.map(c=>c.name).filter(n=>n!==target&&!drop.includes(n));
  let s=performance.now(); const cv=L.crossValidate({table,y:codes,classes,family:"logistic-regression",preprocess:steps,features,seed:42,folds:5}); const ms=performance.now()-s;
  s=performance.now(); const p=L.fitPreprocessor(table,steps,{features}); const pf=performance.now()-s; s=performance.now(); const x=L.applyPreprocessor(p,table); const pa=performance.now()-s;
  s=performance.now(); const m:any=L.logisticRegression.fit(x,codes,classes.length,L.logisticRegression.defaults,L.seededRandom(1)); const fit=performance.now()-s;
  say.push([f,table.rows,x.columns,"cv ms",ms|0,"prep",pf|0,pa|0,"fit ms",fit|0,"iter",m.iterations,m.converged,JSON.stringify(cv.mean)].join(" "));
 }
 console.log(say.join("\n")); t.close();
},200000);
it("ref", ()=>{ const fx=JSON.parse(readFileSync("fixtures/logistic-regression.json","utf8")); const say:any[]=[];
 for (const set of ["binary","multinomial"]) for (const fit of fx[set].fits){ const k=set==="binary"?2:3; const x=L.matrixOf(fx[set].x); const y=Int32Array.from(fx[set].y);
  for (const tol of [1e-6,1e-7,1e-9]) { const m=L.logisticRegression.fit(x,y,k,{...L.logisticRegression.defaults,C:fit.C,tolerance:tol},L.seededRandom(1)); const d=Math.max(...m.coefficients.flatMap((r,i)=>r.map((v,j)=>Math.abs(v-fit.coefficients[i][j]))));
  const p=L.logisticRegression.probabilities(m,x); let obj=0; for(let i=0;i<x.rows;i++) obj-=Math.log(p[i*k+y[i]!]!); obj+=m.coefficients.flat().reduce((s,v)=>s+v*v,0)/2/fit.C;
  say.push([set,fit.C,tol,m.iterations,m.converged,"dcoef",d.toExponential(2),"dint",Math.max(...m.intercepts.map((v,i)=>Math.abs(v-fit.intercepts[i]))).toExponential(2),"rel obj",((obj-fit.objective)/fit.objective).toExponential(2)].join(" ")); } }
 console.log(say.join("\n")); });
