/** An object as a bucket lists it. */
export interface ListedObject {
  key: string;
  size: number;
  /** Changes with the object's content. */
  etag: string;
  modifiedAt: Date;
}
