// What Kafka's own client says of a consumer group: topic, partition, committed offset (or -) and end, one partition a line.
import java.util.*;
import org.apache.kafka.clients.admin.*;
import org.apache.kafka.common.TopicPartition;

public class Lags {
    public static void main(String[] args) throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", (Object) args[0]))) {
            var committed = admin.listConsumerGroupOffsets(args[1]).partitionsToOffsetAndMetadata().get();
            var topic = admin.describeTopics(List.of(args[2])).allTopicNames().get().get(args[2]);
            Map<TopicPartition, OffsetSpec> all = new HashMap<>();
            topic.partitions().forEach(p -> all.put(new TopicPartition(args[2], p.partition()), OffsetSpec.latest()));
            var ends = admin.listOffsets(all).all().get();
            for (var entry : ends.entrySet()) {
                var commit = committed.get(entry.getKey());
                var offset = commit == null ? "-" : Long.toString(commit.offset());
                System.out.println(entry.getKey().partition() + " " + offset + " " + entry.getValue().offset());
            }
        }
    }
}
