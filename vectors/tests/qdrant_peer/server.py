"""A Qdrant server for tests: the gRPC services that the store uses, over the local engine of Qdrant's own client.

No package registry has the server itself. This one speaks the same protocol through the same stubs and converters, searches
exactly, and keeps everything in memory. Anything the store does not use answers UNIMPLEMENTED.
"""

import concurrent.futures
import os
import sys
import threading

import grpc as rpc
from qdrant_client import QdrantClient, grpc
from qdrant_client.conversions.conversion import GrpcToRest, RestToGrpc

API_KEY = os.environ.get("QDRANT_PEER_API_KEY")

# The engine is not made for several threads.
LOCK = threading.Lock()
ENGINE = QdrantClient(":memory:")
INDEXED = {}


def served(method):
    """Runs a method alone, for an existing collection, and turns exceptions into statuses."""

    def handler(self, request, context):
        with LOCK:
            name = request.collection_name
            if method.__name__ != "Create" and not ENGINE.collection_exists(name):
                context.abort(rpc.StatusCode.NOT_FOUND, f"Not found: Collection `{name}` doesn't exist!")
            try:
                return method(self, request, context)
            except ValueError as error:
                context.abort(rpc.StatusCode.INVALID_ARGUMENT, str(error))

    return handler


def condition(request):
    return GrpcToRest.convert_filter(request.filter) if request.HasField("filter") else None


class Collections(grpc.CollectionsServicer):
    @served
    def Get(self, request, context):
        info = RestToGrpc.convert_collection_info(ENGINE.get_collection(request.collection_name))
        for field in INDEXED.get(request.collection_name, ()):
            info.payload_schema[field].data_type = grpc.PayloadSchemaType.Integer
        return grpc.GetCollectionInfoResponse(result=info)

    @served
    def Create(self, request, context):
        if ENGINE.collection_exists(request.collection_name):
            context.abort(rpc.StatusCode.ALREADY_EXISTS, f"Collection `{request.collection_name}` already exists!")
        vectors = GrpcToRest.convert_vectors_config(request.vectors_config)
        return grpc.CollectionOperationResponse(result=ENGINE.create_collection(request.collection_name, vectors))

    def Delete(self, request, context):
        with LOCK:
            INDEXED.pop(request.collection_name, None)
            existed = ENGINE.collection_exists(request.collection_name)
            if existed:
                ENGINE.delete_collection(request.collection_name)
            return grpc.CollectionOperationResponse(result=existed)


class Points(grpc.PointsServicer):
    @served
    def CreateFieldIndex(self, request, context):
        if ENGINE.count(request.collection_name).count:
            # The real server would take it, and search badly ever after.
            context.abort(rpc.StatusCode.FAILED_PRECONDITION, "points came before the index of a field")
        INDEXED.setdefault(request.collection_name, set()).add(request.field_name)
        return done()

    @served
    def Upsert(self, request, context):
        points = [GrpcToRest.convert_point_struct(point) for point in request.points]
        ENGINE.upsert(request.collection_name, points, wait=request.wait)
        return done()

    @served
    def Delete(self, request, context):
        ENGINE.delete(request.collection_name, GrpcToRest.convert_points_selector(request.points), wait=request.wait)
        return done()

    @served
    def Query(self, request, context):
        answer = ENGINE.query_points(
            request.collection_name,
            query=GrpcToRest.convert_query(request.query),
            query_filter=condition(request),
            limit=request.limit,
            with_payload=GrpcToRest.convert_with_payload_selector(request.with_payload),
        )
        return grpc.QueryResponse(result=[RestToGrpc.convert_scored_point(point) for point in answer.points])

    @served
    def Scroll(self, request, context):
        points, following = ENGINE.scroll(
            request.collection_name,
            scroll_filter=condition(request),
            limit=request.limit,
            offset=GrpcToRest.convert_point_id(request.offset) if request.HasField("offset") else None,
            with_payload=GrpcToRest.convert_with_payload_selector(request.with_payload),
        )
        response = grpc.ScrollResponse(result=[RestToGrpc.convert_retrieved_point(point) for point in points])
        if following is not None:
            response.next_page_offset.CopyFrom(RestToGrpc.convert_extended_point_id(following))
        return response

    @served
    def Count(self, request, context):
        count = ENGINE.count(request.collection_name, count_filter=condition(request), exact=request.exact)
        return grpc.CountResponse(result=grpc.CountResult(count=count.count))


def done():
    return grpc.PointsOperationResponse(result=grpc.UpdateResult(status=grpc.UpdateStatus.Completed))


class Key(rpc.ServerInterceptor):
    """Asks for the key, when one is set."""

    def intercept_service(self, continuation, details):
        if API_KEY and dict(details.invocation_metadata).get("api-key") != API_KEY:
            refuse = lambda _, context: context.abort(rpc.StatusCode.UNAUTHENTICATED, "Invalid API key or JWT")
            return rpc.unary_unary_rpc_method_handler(refuse)
        return continuation(details)


def main():
    limits = [("grpc.max_receive_message_length", 32 << 20), ("grpc.max_send_message_length", -1)]
    server = rpc.server(concurrent.futures.ThreadPoolExecutor(8), interceptors=[Key()], options=limits)
    grpc.add_CollectionsServicer_to_server(Collections(), server)
    grpc.add_PointsServicer_to_server(Points(), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    print(port, flush=True)
    # Whoever started it holds the other end: when they are gone, so is this.
    sys.stdin.read()
    os._exit(0)


main()
