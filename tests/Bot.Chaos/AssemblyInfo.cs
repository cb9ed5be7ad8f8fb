// Each of these runs several processes and takes the whole machine; side by side they would only measure each other.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
