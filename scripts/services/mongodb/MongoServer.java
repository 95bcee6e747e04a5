import de.bwaldvogel.mongo.MongoVersion;
import de.bwaldvogel.mongo.backend.h2.H2Backend;
import de.bwaldvogel.mongo.bson.Document;
import io.netty.channel.Channel;
import java.util.List;
import org.h2.mvstore.MVStore;

/** A MongoDB-protocol server on loopback: java MongoServer PORT FILE [SET]. With SET it is the one member of a replica set. */
public final class MongoServer {
    private static final int WRITE_TO_DISK_WITHIN_MS = 100;

    public static void main(String[] args) {
        MVStore store = new MVStore.Builder().fileName(args[1]).open();
        store.setAutoCommitDelay(WRITE_TO_DISK_WITHIN_MS);
        var backend = args.length > 2 ? new ReplicaSetMember(store, args[2], "127.0.0.1:" + args[0]) : new H2Backend(store);
        var server = new de.bwaldvogel.mongo.MongoServer(backend.version(new MongoFive()));
        if (args.length > 2) {
            server.enableOplog();
        }
        Runtime.getRuntime().addShutdownHook(new Thread(server::shutdownNow));
        server.bind("127.0.0.1", Integer.parseInt(args[0]));
        System.out.println("listening on 127.0.0.1:" + args[0]);
    }

    /** The library keeps an oplog and has change streams, but does not say so to who connects, nor wait for a change. */
    private static final class ReplicaSetMember extends H2Backend {
        private static final int WAIT_FOR_CHANGES_MS = 50;
        private final String set;
        private final String address;

        ReplicaSetMember(MVStore store, String set, String address) {
            super(store);
            this.set = set;
            this.address = address;
        }

        @Override
        public Document handleCommand(Channel channel, String database, String command, Document query) {
            var answer = super.handleCommand(channel, database, command, query);
            if (command.equalsIgnoreCase("ismaster")) {
                answer.append("setName", set).append("setVersion", 1).append("hosts", List.of(address))
                    .append("me", address).append("primary", address).append("secondary", false);
            }
            if (command.equalsIgnoreCase("getMore") && query.containsKey("maxTimeMS") && hasNothing(answer)) {
                pause();
                return super.handleCommand(channel, database, command, query);
            }
            return answer;
        }

        private static boolean hasNothing(Document answer) {
            return answer.get("cursor") instanceof Document cursor && cursor.get("nextBatch") instanceof List<?> batch
                && batch.isEmpty();
        }

        private static void pause() {
            try {
                Thread.sleep(WAIT_FOR_CHANGES_MS);
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
            }
        }
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
