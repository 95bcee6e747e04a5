import de.bwaldvogel.mongo.MongoVersion;
import de.bwaldvogel.mongo.backend.h2.H2Backend;
import java.util.List;
import org.h2.mvstore.MVStore;

/** A MongoDB-protocol server on loopback: java MongoServer PORT FILE. */
public final class MongoServer {
    private static final int WRITE_TO_DISK_WITHIN_MS = 100;

    public static void main(String[] args) {
        MVStore store = new MVStore.Builder().fileName(args[1]).open();
        store.setAutoCommitDelay(WRITE_TO_DISK_WITHIN_MS);
        var server = new de.bwaldvogel.mongo.MongoServer(new H2Backend(store).version(new MongoFive()));
        Runtime.getRuntime().addShutdownHook(new Thread(server::shutdownNow));
        server.bind("127.0.0.1", Integer.parseInt(args[0]));
        System.out.println("listening on 127.0.0.1:" + args[0]);
    }

    /** The library's own 5.0 reports wire version 8; the Node driver wants 9 or more. */
    private static final class MongoFive implements MongoVersion {
        @Override
        public List<Integer> getVersionArray() {
            return List.of(5, 0, 0);
        }

        @Override
        public int getWireVersion() {
            return 13;
        }

        @Override
        public String toVersionString() {
            return "5.0.0";
        }
    }
}
